-- Whoever is granted something asks for what is theirs without a look at all grants.
CREATE INDEX data_grant_of_grantee ON data_grant (
    json_extract(body, '$.to.kind'),
    json_extract(body, '$.to.id'),
    id
);
