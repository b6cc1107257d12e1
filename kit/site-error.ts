/** The test can't go on, and that says nothing about the plugin. */
export class SiteError extends Error {
  override readonly name = 'SiteError';
}
