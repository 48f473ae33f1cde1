"""What transforms compute: pure functions of an image (C, H, W), uint8 or floats in [0, 1]."""
