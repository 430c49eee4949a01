import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Assets } from './assets.ts';
import { openPostgres } from './database/postgres.ts';
import { openSqlite } from './database/sqlite.ts';
import { BookingError } from './booking-error.ts';
import { Hotel } from './hotel.ts';

/** Where hotels keep what they have. */
export interface HotelsOptions {
  /** Each hotel has a folder here. */
  readonly folder: string;
  /** `postgres://…`: hotels that ask for PostgreSQL get a schema there. */
  readonly postgres?: string | undefined;
  /** What names of schemas begin with. Default `hotel_`. */
  readonly schemaPrefix?: string | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: (() => number) | undefined;
}

/** A hotel's database. */
export type DatabaseKind = 'sqlite' | 'postgres';

/** Where one hotel's things are: what a backup of it has to read. */
export interface HotelPlaces {
  readonly id: string;
  readonly kind: DatabaseKind;
  /** The file, or the URL of the server. */
  readonly database: string;
  /** Of PostgreSQL: the schema. */
  readonly schema: string;
  readonly assets: string;
}

/** All hotels that are open. */
export class Hotels implements AsyncDisposable {
  readonly #options: HotelsOptions;
  readonly #open = new Map<string, { readonly hotel: Hotel; readonly places: HotelPlaces }>();

  constructor(options: HotelsOptions) {
    this.#options = options;
  }

  get ids(): readonly string[] {
    return [...this.#open.keys()].toSorted();
  }

  /** Opens a hotel, and makes it where there is none. */
  async open(id: string, kind: DatabaseKind = 'sqlite'): Promise<Hotel> {
    const { folder, postgres, schemaPrefix = 'hotel_', clock } = this.#options;
    if (kind === 'postgres' && postgres === undefined) {
      throw new BookingError('INVALID_REQUEST', `Expected the URL of a PostgreSQL server for ${id}`);
    }
    const schema = `${schemaPrefix}${id.replaceAll('-', '_')}`;
    const file = join(folder, id, 'hotel.db');
    const sql = kind === 'postgres' ? await openPostgres(String(postgres), schema) : await openSqlite(file);
    const assets = join(folder, id, 'assets');
    await mkdir(assets, { recursive: true });
    const hotel = new Hotel(id, { sql, assets: new Assets(assets), clock });
    const database = kind === 'postgres' ? String(postgres) : file;
    this.#open.set(id, { hotel, places: { id, kind, database, schema, assets } });
    return hotel;
  }

  /** @throws {BookingError} `HOTEL_NOT_FOUND`. */
  get(id: string): Hotel {
    return this.#found(id).hotel;
  }

  /** @throws {BookingError} `HOTEL_NOT_FOUND`. */
  places(id: string): HotelPlaces {
    return this.#found(id).places;
  }

  #found(id: string): { readonly hotel: Hotel; readonly places: HotelPlaces } {
    const found = this.#open.get(id);
    if (found === undefined)
      throw new BookingError('HOTEL_NOT_FOUND', `Expected one of ${this.ids.join(', ')}, got ${id}`);
    return found;
  }

  async close(id: string): Promise<void> {
    await this.#open.get(id)?.hotel.close();
    this.#open.delete(id);
  }

  /** Closes a hotel and deletes all that it has: its tables and its folder. */
  async remove(id: string): Promise<void> {
    await this.get(id).drop();
    await this.close(id);
    await rm(join(this.#options.folder, id), { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.ids) await this.close(id);
  }
}
