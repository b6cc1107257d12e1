/** A disk's content in one of vCenter's datastores, as the server's file access offers it. */
import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:tls';

/** Resolves to `{size, content}`; throws with a message that names no secret. */
export async function openSource({ endpoint, thumbprint, backingFile, datacenter, user, password }) {
  const url = fileUrl(endpoint, backingFile, datacenter);
  const socket = await connectVerified(url, thumbprint);
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const ask = request(url, { createConnection: () => socket, headers: { authorization } });
  ask.end();
  const [response] = await once(ask, 'response');
  if (response.statusCode === 401) {
    throw new Error(`vCenter ${url.host} refused the login`);
  }
  if (response.statusCode !== 200) {
    throw new Error(`vCenter ${url.host} answered ${response.statusCode} for ${backingFile}`);
  }
  return { size: Number(response.headers['content-length']), content: response };
}

/** `[ds] vm/disk.vmdk` describes a disk; its bytes lie in `vm/disk-flat.vmdk`. */
function fileUrl(endpoint, backingFile, datacenter) {
  const match = /^\[([^\]]+)\] (.+)\.vmdk$/.exec(backingFile);
  if (!match) {
    throw new Error(`${backingFile} is not a disk's path`);
  }
  const [, datastore, path] = match;
  const flat = `${path}-flat.vmdk`.split('/').map(encodeURIComponent).join('/');
  const url = new URL(`/folder/${flat}`, endpoint);
  url.searchParams.set('dsName', datastore);
  if (datacenter) {
    url.searchParams.set('dcPath', datacenter);
  }
  return url;
}

/** The login is sent only to the server whose certificate has the thumbprint. */
async function connectVerified(url, thumbprint) {
  const socket = connect({
    host: url.hostname,
    port: Number(url.port || 443),
    rejectUnauthorized: false,
    // The thumbprint alone decides: no authority is asked, so that none of the many known ones need be read.
    ca: [],
  });
  await once(socket, 'secureConnect');
  const shown = socket.getPeerCertificate().fingerprint;
  if (shown !== thumbprint.toUpperCase()) {
    socket.destroy();
    throw new Error(`vCenter ${url.host} shows a certificate of thumbprint ${shown}, not ${thumbprint}`);
  }
  return socket;
}
