"""The modules of chapter 5 that its scripts import."""
