/** Keys of a listing's page. */
export const PAGE = 1000;
