import { memoryStore } from '../../src/memory/memory-store.ts';
import { conforms } from '../conformance.ts';

conforms('memoryStore', async () => memoryStore());
