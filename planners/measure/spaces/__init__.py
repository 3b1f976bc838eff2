"""Parts and wholes without training: compositions of generated domains, judged by hidden rules in worlds."""
