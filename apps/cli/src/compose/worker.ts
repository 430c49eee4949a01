// The module that the engine's worker threads start with: without all that the command line needs.
// The engine's own module sees that it is in a worker thread, and starts.
await import('@x/backup-store/worker');
