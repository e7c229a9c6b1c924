/**
 * Begins a script of Python: `Clone(directory)` is the program's own reading of a bare clone, whose git runs as who
 * runs the test. Its first argument is the program's directory.
 */
export const clone = `import sys
sys.path.insert(0, sys.argv[1])
import ground, repository
class Clone(repository.Repository):
    def __init__(self, git_dir, site=None): self.git_dir, self.site = git_dir, site
    def _as(self, command, text="", seconds=600, more=None):
        env = {"PATH": "/usr/bin:/bin", "HOME": self.git_dir, "LC_ALL": "C.UTF-8", "GIT_DIR": self.git_dir}
        return ground.run(command, env={**env, **(more or {})}, text=text, seconds=seconds)
`;
