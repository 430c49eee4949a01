/** What a restore would meet at its place. */
export interface DatabaseState {
  /** Version of the server. */
  readonly server: string;
  /** Whether the database is there; a server of Redis always has all of its own. */
  readonly exists: boolean;
  /** Tables, views and the like, or keys. */
  readonly items: number;
}
