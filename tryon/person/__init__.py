"""Photo -> Person: pose, silhouette, hands, hair and the parts of the dressed body."""
