/**
 * A text without the users, passwords and queries of the URLs in it: what git prints, and URLs of remotes.
 *
 * A lone user of ssh stays, as it is the same for all (`git`) and no secret; one of https may be a token.
 */
export function withoutCredentials(text: string): string {
  return (
    text
      // A password that nobody escaped may have slashes in it; a number before a slash is a port.
      .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)([^\s/@:'"]*:(?!\d+\/)[^\s'"]*|[^\s/'"]*)@/gi, keptUser)
      // Some hosts take tokens in a query.
      .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s?'"]*)\?[^\s'"]*/gi, '$1')
  );
}

const keptUser = (_: string, scheme: string, user: string): string =>
  /ssh/i.test(scheme) && user !== '' && !user.includes(':') ? `${scheme}${user}@` : scheme;
