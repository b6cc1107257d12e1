/** Self-signed certificates, of which each is its own authority, written in DER by hand: Node can read X.509, not make it. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface KeyAndCertificate {
  /** PEM. */
  key: string;
  /** PEM. */
  cert: string;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const OCTET_STRING = 0x04;
/** Context-specific tags: of a certificate's version and extensions, and of an IP address among its names. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const IP_ADDRESS = 0x87;

/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = Buffer.from('2a8648ce3d040302', 'hex');
/** 2.5.4.10 */
const ORGANISATION = Buffer.from('55040a', 'hex');
/** 2.5.4.3 */
const COMMON_NAME = Buffer.from('550403', 'hex');
/** 2.5.29.17 */
const SUBJECT_ALT_NAME = Buffer.from('551d11', 'hex');
const LOOPBACK = Buffer.from([127, 0, 0, 1]);
/** X.509 version 3. */
const WITH_EXTENSIONS = Buffer.from([2]);
const YEAR_MS = 365 * 24 * 3_600_000;

interface Subject {
  /** To Kubernetes, the group of a client. */
  organisation?: string;
  /** Also of a server on 127.0.0.1. */
  onLoopback?: boolean;
}

/** Valid for a year from an hour ago, for every use. */
export function selfSigned(
  commonName: string,
  { organisation, onLoopback = false }: Subject = {},
): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, der(OBJECT_ID, ECDSA_WITH_SHA256));
  const name = der(
    SEQUENCE,
    ...(organisation === undefined ? [] : [attribute(ORGANISATION, organisation)]),
    attribute(COMMON_NAME, commonName),
  );
  const from = Date.now() - 3_600_000;
  const content = der(
    SEQUENCE,
    ...(onLoopback ? [der(VERSION, der(INTEGER, WITH_EXTENSIONS))] : []),
    der(INTEGER, serialNumber()),
    algorithm,
    name,
    der(SEQUENCE, utcTime(from), utcTime(from + YEAR_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(onLoopback ? [der(EXTENSIONS, der(SEQUENCE, forLoopback()))] : []),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = der(SEQUENCE, content, algorithm, der(BIT_STRING, Buffer.from([0]), signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(certificate),
  };
}

function attribute(type: Buffer, value: string): Buffer {
  return der(SET, der(SEQUENCE, der(OBJECT_ID, type), der(UTF8_STRING, Buffer.from(value))));
}

/** The API server of Kubernetes believes no common name. */
function forLoopback(): Buffer {
  const names = der(SEQUENCE, der(IP_ADDRESS, LOOPBACK));
  return der(SEQUENCE, der(OBJECT_ID, SUBJECT_ALT_NAME), der(OCTET_STRING, names));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), derLength(body.length), body]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) {
    return Buffer.from([length]);
  }
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff]);
}

function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  // Positive, and without a leading zero byte, which DER would not allow.
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(UTC_TIME, Buffer.from(digits.slice(2)));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
