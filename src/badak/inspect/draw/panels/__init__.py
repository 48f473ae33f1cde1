"""What several kinds of pictures share: images, signed numbers, mosaics, class names."""
