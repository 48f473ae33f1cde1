"""The modules of chapter 4 that its scripts import."""
