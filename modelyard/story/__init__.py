"""The tour of the platform as resumable stages, each with an end state that can be checked."""
