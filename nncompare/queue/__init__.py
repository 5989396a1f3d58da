"""Who trains next: the line of those who wait for workers, and the plugin that keeps it in the scheduler's process."""
