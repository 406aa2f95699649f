"""How each AWS resource type comes into being in the emulator."""
