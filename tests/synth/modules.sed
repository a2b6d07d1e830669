# SPDX-License-Identifier: Apache-2.0
# Of a file that Yosys 0.23 wrote with `stat -json`, the modules. Behind them it prints the hierarchy, which is no JSON:  sed -f modules.sed
/^   },\{0,1\}$/ {
  s/.*/   }\n}/
  q
}
