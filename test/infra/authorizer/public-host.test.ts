import { describe, expect, it } from 'vitest';
import { isPublicAddress, issuerUrlFault } from '../../../infra/authorizer/public-host.ts';

describe('isPublicAddress', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ...[
      '127.0.0.1',
      '127.8.8.8',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
    ],
    ...['100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '192.0.0.192', '198.18.0.1'],
    ...['::', '::1', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8'],
    ...['64:ff9b::7f00:1', '2002:7f00:1::', '2001::1', '2001:db8::1', '::7f00:1', 'localhost', '', '8.8.8'],
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('issuerUrlFault', () => {
  it.each([
    'https://id.example.com',
    'https://id.example.com/realms/a',
    'https://8.8.8.8',
    'https://id.example:8443',
  ])('takes %s', (url) => {
    expect(issuerUrlFault(url, 'public')).toBeUndefined();
  });

  it.each([
    ...['', 'id.example.com', 'http://id.example.com', 'file:///etc/passwd', 'https://u:p@id.example.com'],
    ...[
      'https://id.example.com?x=1',
      'https://id.example.com/#a',
      'https://id.example.com/?',
      'https://127.0.0.1',
    ],
    ...[
      'https://2130706433',
      'https://0x7f.1',
      'https://[::1]',
      'https://[::ffff:10.0.0.1]',
      'https://169.254.169.254',
    ],
    `https://id.example.com/${'x'.repeat(500)}`,
  ])('refuses %s', (url) => {
    expect(issuerUrlFault(url, 'public')).toMatch(/^must /);
  });

  it('lets the operator run issuers beside the stack', () => {
    expect(issuerUrlFault('http://127.0.0.1:9000', 'any')).toBeUndefined();
    expect(issuerUrlFault('ftp://127.0.0.1', 'any')).toMatch(/^must /);
  });
});
