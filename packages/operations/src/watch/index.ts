/**
 * Folders that are watched: something runs when what is in them has changed and come to rest. Needs the package `chokidar`.
 *
 * @module
 */
export type { Changes, FolderWatch, WatchEvent, WatchFoldersOptions } from './contract.ts';
export { watchFolders } from './watch-folders.ts';
