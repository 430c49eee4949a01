/** Where all that is known of models lies in the store, by their names. */
export const PREFIX = 'models/';
