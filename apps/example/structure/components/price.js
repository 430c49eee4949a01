/** A price as guests read it. */
export const price = (cents, language) =>
  new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' }).format(cents / 100);
