"""Photo -> Person: pose, silhouette, hands, hair, parts of the dressed body."""
