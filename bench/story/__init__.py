"""What the story took, stage by stage, beside what it may take."""
