"""What several kinds of pictures share: images, mosaics, class names."""
