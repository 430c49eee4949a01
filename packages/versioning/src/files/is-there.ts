import { access } from 'node:fs/promises';

/** Whether something can be found at a path; a link that leads nowhere is nothing. */
export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
