"""How SCons makes the image: all the project's sources in one call of the compiler that the project names."""

import shlex
from importlib.util import find_spec
from pathlib import Path

from SCons.Script import Default, DefaultEnvironment

env = DefaultEnvironment()
script = env.subst("$PROJECT_DIR/" + env.GetProjectOption("custom_script"))
zig = find_spec("ziglang")
of_compiler = [f"-ffile-prefix-map={Path(zig.origin).parent}=zig"] if zig and zig.origin else []
command = [
    *shlex.split(env.GetProjectOption("custom_compiler")),
    *shlex.split(env.GetProjectOption("custom_flags")),
    "-ffile-prefix-map=$PROJECT_DIR=.",
    *of_compiler,
    "-Wl,-e,Reset_Handler",
    f"-T{script}",
    "$SOURCES",
    *(f"-l{library}" for library in shlex.split(env.GetProjectOption("custom_libraries"))),
    "-o",
    "$TARGET",
]
sources = sorted(env.Glob("$PROJECT_SRC_DIR/*.c"), key=str)
image = env.Command("$BUILD_DIR/firmware.elf", sources, env.VerboseAction(" ".join(command), "Building $TARGET"))
env.Depends(image, [script, *env.Glob("$PROJECT_SRC_DIR/*.h")])
Default(image)
