"""Where masks meet engines that run language models: an own loop for transformers, and adapters."""
