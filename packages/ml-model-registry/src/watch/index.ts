/**
 * Model files that become versions by themselves. Needs the optional peer `chokidar`: `npm install chokidar`.
 *
 * @module
 */
export { watchModels } from './watch-models.ts';
export type { ModelWatch, ModelWatchEvent, WatchedFile, WatchModelsOptions } from './contract.ts';
