import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap of this program small: V8 would let the part for young objects grow to 48 MiB, which a short
 * program full of buffers gains nothing from. It takes effect only before that part has grown.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Gives threads that start from now on a heap that may hold 32 MiB before it is looked through. A restore hands
 * megabytes of buffers from thread to thread and frees them itself; V8 counts them and would look ten times for nothing.
 */
export function giveThreadsRoom(): void {
  setFlagsFromString('--initial-old-space-size=32');
}
