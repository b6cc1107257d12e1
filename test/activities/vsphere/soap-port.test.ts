/** Calls over a real connection, to a server that is no friend. */
import { reference } from '../../../activities/vsphere/vim-value';
import { envelope, foreignVcenter, type ForeignVcenter } from './foreign-vcenter';

let vcenter: ForeignVcenter;
afterEach(() => vcenter.close());

test('a moref, a name or a password that looks like XML stays a text', async () => {
  vcenter = await foreignVcenter((answer) => answer.end(envelope('fine')));
  const word = `</userName><type>"&lt;'<![CDATA[x]]>`;
  await vcenter.port.call('Login', {
    _this: reference({ type: `S" x="y`, value: `vm-1</_this><evil/>` }),
    userName: word,
    password: word,
  });
  const [body = ''] = vcenter.asked;
  expect(body).not.toMatch(/<evil|<type>|<!\[CDATA|x="y"/);
  expect(body).toContain('vm-1&lt;/_this&gt;&lt;evil/&gt;');
  expect(body.match(/<\/\w*:?userName>/g)).toHaveLength(1);
});
