#!/usr/bin/env bash
# What an administrator would script: the same issue with openssl, curl and pk12util.
# Arguments: authority URL, CA file, login ID, subject (/C=…/O=…), NSS folder, work folder, key file ("" makes one).
# The password is on stdin.
set -euo pipefail
url=$1 ca=$2 login=$3 subject=$4 nss=$5 work=$6 key=$7
read -r password

post() { # path, body, further curl arguments…
  local path=$1 body=$2
  shift 2
  curl --silent --fail-with-body --cacert "$ca" -H "Content-Type: application/json" --data "$body" "$@" "$url$path"
}
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

if [ -z "$key" ]; then
  key=$work/key.pem
  openssl genrsa -out "$key" 2048 2>/dev/null
fi
started=$(post /api/v1/enrolments \
  "{\"institution\":\"2224\",\"operation\":\"issue\",\"loginId\":\"$login\",\"client\":{\"version\":\"0\",\"platform\":\"sh\"}}")
id=$(field enrolmentId <<<"$started")
token=$(field token <<<"$started")
post "/api/v1/enrolments/$id/answers" "{\"kind\":\"password\",\"answer\":{\"password\":\"$password\"}}" \
  -H "Authorization: Bearer $token" >"$work/step.json"
csr=$(openssl req -new -utf8 -key "$key" -subj "$subject" -outform DER | base64 -w0)
idempotency=$(openssl pkey -in "$key" -pubout -outform DER | sha256sum | cut -d' ' -f1)
post "/api/v1/enrolments/$id/csr" "{\"csr\":\"$csr\"}" \
  -H "Authorization: Bearer $token" -H "Idempotency-Key: $idempotency" >"$work/issued.json"
field certificate <"$work/issued.json" | base64 -d | openssl x509 -inform DER -out "$work/certificate.pem"
openssl pkcs12 -export -inkey "$key" -in "$work/certificate.pem" -name "$login" -passout pass:bench -out "$work/bundle.p12"
pk12util -i "$work/bundle.p12" -d "sql:$nss" -W bench -K "" >/dev/null
