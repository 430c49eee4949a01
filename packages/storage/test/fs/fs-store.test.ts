import { join } from 'node:path';
import { fsStore } from '../../src/fs/fs-store.ts';
import { conforms } from '../conformance.ts';
import { tempFolder } from '../temp-folder.ts';

conforms('fsStore', async () => fsStore(join(await tempFolder(), 'new')));
conforms('fsStore without durability', async () => fsStore(await tempFolder(), { durable: false }));
