"""A drawing or a photo becomes an image of 28 x 28 pixels, as the networks know them."""
