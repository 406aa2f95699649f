"""Benches measure; that they read what they measure rightly is tested here."""
