/** CMS SignedData made with OpenSSL: content "hi", an ECDSA P-256 certificate inside. */
import { describe, expect, it } from 'vitest';
import { readSignedData } from '../../../dissector/crypto/index.ts';

const withAttributes =
  'MIICowYJKoZIhvcNAQcCoIIClDCCApACAQExDzANBglghkgBZQMEAgIFADARBgkqhkiG9w0BBwGgBAQCaGmgggEbMIIBFzCBvqADAgECAhQ1/bQytWrty9QooiywuSpzw/qOjTAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAFuMB4XDTI1MDEwMTAwMDAwMFoXDTM1MDEwMTAwMDAwMFowDDEKMAgGA1UEAwwBbjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPo3n9S5JWiamXZBj+Mmx8PU2UQkxCu/qKnrNvtDraHx+4/ZpB7MGFlJ/AoJbhbKQ4KR6v9IY1OBWW5bCcsuJ/kwCgYIKoZIzj0EAwIDSAAwRQIgOs+svVQX2Bd9ev/3xjDWBEF52hdWQiOcEOoM6JLau9oCIQC1J5EzSxL7IJSYg/5xFoGS1FJC+AD9pk9qZFb+bQ9WvTGCAUYwggFCAgEBMCQwDDEKMAgGA1UEAwwBbgIUNf20MrVq7cvUKKIssLkqc8P6jo0wDQYJYIZIAWUDBAICBQCggbEwGAYJKoZIhvcNAQkDMQsGCSqGSIb3DQEHATAcBgkqhkiG9w0BCQUxDxcNMjYxMTIxMTU1ODQyWjA2BgkqhkiG9w0BCQ8xKTAnMAsGCWCGSAFlAwQBKjALBglghkgBZQMEARYwCwYJYIZIAWUDBAECMD8GCSqGSIb3DQEJBDEyBDAHkQBt+BKEdyRPU9D9ziENuB9VdXUQ4mrO41wYprzqoo3Nu/1twEG5tNx7G1Tjf1IwCgYIKoZIzj0EAwMESDBGAiEAg5/MnEQqM9Bgb7wsGRQobpuwjKHq+eu9fcEC0tJRMRUCIQDRGpFa5NdQ8AqOD8Q79ZAxc7GRP86GMziFdQUmP0EL0w==';
const withoutAttributes =
  'MIIB6wYJKoZIhvcNAQcCoIIB3DCCAdgCAQExDzANBglghkgBZQMEAgEFADARBgkqhkiG9w0BBwGgBAQCaGmgggEbMIIBFzCBvqADAgECAhQ1/bQytWrty9QooiywuSpzw/qOjTAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAFuMB4XDTI1MDEwMTAwMDAwMFoXDTM1MDEwMTAwMDAwMFowDDEKMAgGA1UEAwwBbjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPo3n9S5JWiamXZBj+Mmx8PU2UQkxCu/qKnrNvtDraHx+4/ZpB7MGFlJ/AoJbhbKQ4KR6v9IY1OBWW5bCcsuJ/kwCgYIKoZIzj0EAwIDSAAwRQIgOs+svVQX2Bd9ev/3xjDWBEF52hdWQiOcEOoM6JLau9oCIQC1J5EzSxL7IJSYg/5xFoGS1FJC+AD9pk9qZFb+bQ9WvTGBjzCBjAIBATAkMAwxCjAIBgNVBAMMAW4CFDX9tDK1au3L1CiiLLC5KnPD+o6NMA0GCWCGSAFlAwQCAQUAMAoGCCqGSM49BAMCBEYwRAIgP8BKJtPM8VKbilcc5XcPJjyWuTvS3dMZubtNV6j7WwECIAvNdOgKnnQgfz55AaYkNaRopLCDJTD/M1aCGw+IIKmF';
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

describe('CMS SignedData of an ECDSA signer', () => {
  it.each([
    ['signed attributes, SHA-384', withAttributes],
    ['no signed attributes, SHA-256', withoutAttributes],
  ])('verifies with %s', (_, base64) => {
    const signed = readSignedData(bytesOf(base64));
    expect(Buffer.from(signed!.content).toString()).toBe('hi');
    expect(signed!.check.state).toBe('valid');
  });

  it('rejects another content', () => {
    const bytes = bytesOf(withAttributes);
    const at = Buffer.from(bytes).indexOf('hi');
    bytes[at] = 0x48;
    expect(readSignedData(bytes)!.check.state).toBe('invalid');
  });
});
