/**
 * How much one set of manifests may hold. The bounds of files hold where files are read, those of documents there and at
 * the worker: any Temporal client may send them. docs/manifests.md tells them to users; keep the two alike.
 */

const MIB = 2 ** 20;

/** Of one file, and of all files of a command together, in bytes. Exported manifests are mostly status, which is dropped. */
export const MOST_FILE_BYTES = 8 * MIB;

/** What a file may consist of, as YAML takes it apart: bounds the time and memory that reading it costs. */
export const MOST_LEXEMES = 500_000;

/** Aliases (`*name`) of one document. */
export const MOST_ALIASES = 2_000;

/** Documents, lists taken apart. */
export const MOST_DOCUMENTS = 1_000;

/** `spec.vms` of a Plan: as many as a wave takes (`MAX_VMS_PER_WAVE`). */
export const MOST_VMS = 10_000;

/** VMs that one word adds to a wave that runs: as many as one of its pages holds. */
export const MOST_ADDED = 100;

/** Of the documents that come with it, as JSON: the wave's history has them a few times. */
export const MOST_ADDED_BYTES = 256 * 1024;

/** Fields, list items and their values of all documents together, with everything written out that aliases stand for. */
export const MOST_VALUES = 100_000;

/** Groups and lists inside one another. */
export const MOST_LEVELS = 64;

/** Of one text, in characters. */
export const MOST_TEXT = 64 * 1024;

/** Of a field's name, in characters; Kubernetes' longest, a label with its prefix, has 317. */
export const MOST_NAME = 512;

/** All names and texts together, in characters: half of what Temporal takes as one message, with room for escapes. */
export const MOST_CHARACTERS = MIB;

/** Of one answer; the last then says how many more there are. */
export const MOST_PROBLEMS = 1_000;

/** Printed as text; more is no help to anyone. */
export const MOST_PROBLEMS_SHOWN = 100;
