"""How a version travels: requested, approved, trained, judged, released, tested, recorded."""
