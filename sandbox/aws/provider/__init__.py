"""The Pulumi resource provider named `aws`, over the emulator."""
