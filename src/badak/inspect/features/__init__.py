"""What layers compute: filters, feature maps, patches, receptive fields."""
