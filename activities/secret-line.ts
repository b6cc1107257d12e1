/**
 * A value of a Provider's Secret that is one line: user, password, token. `kubectl create secret --from-file` keeps the
 * newline that an editor or `echo` puts at the end of a file, so one is taken away; everything else counts.
 */
export function secretLine(value: string): string {
  return value.replace(/\r?\n$/, '');
}
