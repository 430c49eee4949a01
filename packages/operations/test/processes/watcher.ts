// Watches the folder that it is given, and says what it is told, a line each.
import { watchFolders } from '../../src/watch/index.ts';

const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
await watchFolders({
  folders: process.argv.slice(2),
  debounceMs: 50,
  pollMs: 100,
  onChange: ({ paths }) => say({ type: 'changed', paths }),
  onEvent: say,
});
