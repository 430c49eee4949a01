// The program that keeps a service running after this one has ended: without all that the command line needs.
await import('@x/versioning/keeper');
