"""The modules of chapter 7 that its scripts import."""
