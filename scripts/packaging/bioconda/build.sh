#!/bin/bash
# Conda's compilers and flags come by the environment. Without OpenCL: devices and their drivers are the system's.
set -euxo pipefail
export PKG_CONFIG_PATH="${PREFIX}/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
export CPPFLAGS="${CPPFLAGS:-} -I${PREFIX}/include"
export LDFLAGS="${LDFLAGS:-} -L${PREFIX}/lib"
make -j"${CPU_COUNT:-1}" CC="${CC:-cc}" AR="${AR:-ar}" CFLAGS="${CFLAGS:-} -O3" OPENCL=0 PREFIX="${PREFIX}" install
