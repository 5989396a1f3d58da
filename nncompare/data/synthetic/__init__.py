"""Images that this program draws itself: stand-ins for MNIST and Fashion-MNIST where there is no network."""
