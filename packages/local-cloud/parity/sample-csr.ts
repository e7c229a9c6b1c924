/** A valid certificate request (P-256, CN=example.com), for recordings that redact theirs. */
export const certificateRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIHRMHgCAQAwFjEUMBIGA1UEAwwLZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggq
hkjOPQMBBwNCAAQKWMJii7TvrXbg4t5872260d7+T9FyrlkH1kqK7y49z65/YPOM
CtwsD0J3XzKHgCZCBlC8jLCCJiK58adNmE+goAAwCgYIKoZIzj0EAwIDSQAwRgIh
AOa1jxzW1LVY3lMYcv2l7BHEZSwv48DIkX72z0jdIjPiAiEAjXkKGdi1mSyxj1vt
EYL+jVqcexsfzeU4ZGger4cLbP8=
-----END CERTIFICATE REQUEST-----
`;
