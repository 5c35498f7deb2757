#!/usr/bin/env bash
# Have the images that the Dockerfiles and compose.yaml begin with: pulled, or, where no
# registry is reached, made by mmdebstrap of Debian's packages, with the tags, paths and
# users of the real ones. What is there already stays.
set -euo pipefail
cd "$(dirname "$0")"
certificates=/etc/ssl/certs/ca-certificates.crt

missing() {
    ! docker image inspect "$1" >/dev/null 2>&1 && ! docker pull --quiet "$1" 2>/dev/null
}

# debian TAG SUITE PACKAGES HOOK [OPTIONS OF docker import]; the hook has the root as $1.
debian() {
    local tag=$1 suite=$2 packages=$3 hook=$4 started=$SECONDS mirror
    shift 4
    # shellcheck disable=SC2016 # apt's own variable
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sed -n 1p)
    # A mirror near this machine may show a certificate that only this machine knows.
    mmdebstrap --quiet --variant=minbase --dpkgopt=force-unsafe-io --skip=cleanup/run \
        --include="ca-certificates,$packages" \
        --customize-hook="$hook" --customize-hook="cp $certificates \"\$1$certificates\"" \
        "$suite" - "$mirror" | docker import "$@" - "$tag" >/dev/null
    echo "$tag: made of Debian's packages in $((SECONDS - started)) s"
}

# Environments that it makes have Python's own pip, not Debian's older one.
python=python:3.11-slim-bookworm
if missing $python; then
    debian $python bookworm python3.11,python3.11-venv "
        ln -s /usr/bin/python3.11 \"\$1/usr/local/bin/python\"
        ln -s python \"\$1/usr/local/bin/python3\"
        rm \"\$1\"/usr/share/python-wheels/pip-*
        python3 -m pip download --quiet --no-deps --dest \"\$1/usr/share/python-wheels\" pip==24.0
        printf '[global]\ncert = $certificates\n' >\"\$1/etc/pip.conf\"" \
        --change 'CMD ["python3"]'
fi

postgres=postgres:17-bookworm
if missing $postgres; then
    programs=/usr/lib/postgresql/17/bin
    debian $postgres trixie postgresql-17 "
        cp base_images_postgres.sh \"\$1/usr/local/bin/docker-entrypoint.sh\"
        chroot \"\$1\" rm -rf /var/lib/postgresql/17
        chroot \"\$1\" install --directory --owner=postgres --mode=1777 /var/lib/postgresql/data
        chroot \"\$1\" install --directory --owner=postgres --mode=3777 /run/postgresql" \
        --change "ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$programs" \
        --change 'ENV PGDATA=/var/lib/postgresql/data' \
        --change 'VOLUME /var/lib/postgresql/data' --change 'STOPSIGNAL SIGINT' \
        --change 'ENTRYPOINT ["docker-entrypoint.sh"]' --change 'CMD ["postgres"]'
fi

nginx=nginx:1.28-bookworm
if missing $nginx; then
    debian $nginx trixie nginx "
        chroot \"\$1\" useradd --system nginx
        sed -i 's/www-data/nginx/; /sites-enabled/d; /modules-enabled/d; /ssl_/d; /server_tokens/d; s:/var/log/nginx/.*log:/dev/stderr:' \
            \"\$1/etc/nginx/nginx.conf\"" \
        --change 'STOPSIGNAL SIGQUIT' --change 'CMD ["nginx", "-g", "daemon off;"]'
fi

prometheus=prom/prometheus:v3.5.0
if missing $prometheus; then
    debian $prometheus trixie prometheus "chroot \"\$1\" install --directory --owner=nobody /prometheus" \
        --change 'USER nobody' --change 'ENTRYPOINT ["/bin/prometheus"]' \
        --change 'CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]'
fi
