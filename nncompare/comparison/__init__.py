"""Two configurations in, one growing history out: the kernel's side of training."""
