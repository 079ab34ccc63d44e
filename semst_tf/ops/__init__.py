"""Small operations that layers, losses, descriptors and networks share."""
