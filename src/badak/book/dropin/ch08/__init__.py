"""The modules of chapter 8 that its scripts import."""
