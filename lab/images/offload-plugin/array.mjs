/** The lab's storage array, over HTTP. */

/** A failure whose cause is known; `retryable` says whether another attempt may go better. */
export class PluginError extends Error {
  constructor(message, retryable) {
    super(message);
    this.retryable = retryable;
  }
}

export function arrayAt(url) {
  const base = url.replace(/\/$/, '');
  const copyUrl = (copyId) => `${base}/copies/${encodeURIComponent(copyId)}`;
  return {
    /** Null where the array knows no copy of that id. */
    find: async (copyId) => {
      const response = await ask(copyUrl(copyId));
      return response.status === 404 ? null : accepted(response).json();
    },
    start: async (copy) => {
      const headers = { 'content-type': 'application/json' };
      accepted(await ask(`${base}/copies`, { method: 'POST', headers, body: JSON.stringify(copy) }));
    },
    /** Stops the copy if it runs, and forgets it. */
    remove: async (copyId) => {
      const response = await ask(copyUrl(copyId), { method: 'DELETE' });
      if (response.status !== 404) {
        accepted(response);
      }
    },
  };
}

async function ask(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    throw new PluginError(
      `the array at ${url} can't be reached: ${error.cause?.code ?? error.message}`,
      true,
    );
  }
}

function accepted(response) {
  if (!response.ok) {
    // What the array refuses it refuses for good; what breaks in it may be mended.
    throw new PluginError(`the array answered ${response.status}`, response.status >= 500);
  }
  return response;
}
